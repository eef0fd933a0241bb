//! Text from strangers that a person will read. RFC 7591 §5.

/// Takes out what could deceive, joins blanks, and cuts to `cap` characters; `None` when nothing is left.
pub(super) fn display_text(text: &str, cap: usize) -> Option<String> {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let cut: String = words.join(" ").chars().take(cap).collect();
    let cut = cut.trim_end();

    (!cut.is_empty()).then(|| cut.to_owned())
}

/// Marks that turn the direction of text, or show nothing. Unicode TR36 §2.10, TR9 §2.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFD}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_bidi_and_zero_width_characters_are_taken_out() {
        let text = "\u{202E}Cl\u{200B}au\u{0}de\u{2066}\u{FEFF}\u{AD}";

        assert_eq!(display_text(text, 100).unwrap(), "Claude");
    }

    #[test]
    fn blanks_and_line_breaks_become_one_blank() {
        assert_eq!(display_text("  a \r\n\t b\u{2028}c  ", 100).unwrap(), "a b c");
    }

    #[test]
    fn the_length_is_capped_in_characters() {
        assert_eq!(display_text(&"é".repeat(50), 3).unwrap(), "ééé");
        assert_eq!(display_text("ab cd", 3).unwrap(), "ab");
    }

    #[test]
    fn nothing_visible_is_nothing() {
        assert_eq!(display_text("\u{200B} \u{3164}", 100), None);
        assert_eq!(display_text("", 100), None);
    }

    #[test]
    fn no_direction_mark_and_no_tag_survives() {
        let marks = "\u{61C}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}";
        let others = "\u{180E}\u{FE0F}\u{1D173}\u{E0041}\u{E0100}\u{7F}\u{85}\u{9B}";

        assert_eq!(display_text(&format!("a{marks}{others}b"), 100).unwrap().replace(' ', ""), "ab");
    }

    #[test]
    fn other_scripts_are_kept() {
        assert_eq!(display_text("Приложение 应用", 100).unwrap(), "Приложение 应用");
    }
}
