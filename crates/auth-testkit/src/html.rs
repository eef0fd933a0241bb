//! Forms and links of a page, read as tolerantly as a browser reads them.

use url::Url;

use crate::markup::{Piece, Tag, pieces};

/// A form of a page.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// How it is sent: `get` or `post`.
    pub method: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// What sends it.
    pub buttons: Vec<Button>,
    pub(crate) page: Url,
    pub(crate) policy: Option<String>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type: `text`, `hidden`, `password`, `checkbox`, …
    pub kind: String,
    /// What it holds.
    pub value: String,
    /// Whether it is ticked; true for everything that cannot be.
    pub checked: bool,
}

/// What sends a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its name, empty if it has none.
    pub name: String,
    /// What it sends under its name.
    pub value: String,
    /// What it says.
    pub text: String,
}

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: Url,
    /// What it says.
    pub text: String,
}

impl Form {
    /// Says whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Returns what a field holds.
    pub fn value(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map(|field| field.value.as_str())
    }

    /// Finds a button by what it says or sends; `""` is the first one.
    pub fn button(&self, wanted: &str) -> Option<&Button> {
        let says = |button: &&Button| button.text == wanted || button.value == wanted;
        let mut buttons = self.buttons.iter();
        match wanted {
            "" => buttons.next(),
            _ => buttons.find(says),
        }
    }

    /// Fills in fields, presses a button and returns the pairs a browser would send.
    ///
    /// A value ticks the box of that value; `""` unticks all boxes of the name.
    pub fn filled(&self, values: &[(&str, &str)], button: &str) -> Vec<(String, String)> {
        let mut fields = self.fields.clone();
        for (name, value) in values {
            assert!(self.has(name), "no field {name:?} in {self:#?}");
            for field in fields.iter_mut().filter(|field| field.name == *name) {
                match field.kind.as_str() {
                    "checkbox" | "radio" if value.is_empty() => field.checked = false,
                    "checkbox" => field.checked |= field.value == *value,
                    "radio" => field.checked = field.value == *value,
                    _ => (*value).clone_into(&mut field.value),
                }
            }
        }
        let pressed = match self.button(button) {
            Some(pressed) => Some(pressed),
            None if button.is_empty() => None,
            None => panic!("no button {button:?} in {self:#?}"),
        };
        let mut pairs: Vec<(String, String)> = fields
            .into_iter()
            .filter(|field| field.checked && !field.name.is_empty())
            .map(|field| (field.name, field.value))
            .collect();
        if let Some(pressed) = pressed.filter(|pressed| !pressed.name.is_empty()) {
            pairs.push((pressed.name.clone(), pressed.value.clone()));
        }
        pairs
    }
}

/// What a page offers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub(crate) forms: Vec<Form>,
    pub(crate) links: Vec<Link>,
    /// Everything a person can read, in one line.
    pub(crate) text: String,
}

/// Reads the forms, links and words of a page.
pub(crate) fn outline(html: &str, page: &Url, policy: Option<&str>) -> Outline {
    let mut outline = Outline::default();
    let mut form: Option<Form> = None;
    // What is being said inside a button or a link.
    let mut button: Option<Button> = None;
    let mut link: Option<Link> = None;
    for piece in pieces(html) {
        match piece {
            Piece::Text(text) => {
                say(&mut outline.text, &text);
                let said = [button.as_mut().map(|button| &mut button.text), link.as_mut().map(|link| &mut link.text)];
                for said in said.into_iter().flatten() {
                    say(said, &text);
                }
            }
            Piece::Open(tag) => match tag.name.as_str() {
                "form" => {
                    form = Some(Form {
                        action: page.join(tag.get("action")).unwrap_or_else(|_| page.clone()),
                        method: tag.find("method").unwrap_or("get").to_ascii_lowercase(),
                        fields: Vec::new(),
                        buttons: Vec::new(),
                        page: page.clone(),
                        policy: policy.map(str::to_owned),
                    });
                }
                "input" => add_input(form.as_mut(), &tag),
                "button" if tag.get("type") != "button" && tag.get("type") != "reset" => {
                    button = Some(button_of(&tag));
                }
                "a" => {
                    let url = tag.find("href").and_then(|href| page.join(href).ok());
                    link = url.map(|url| Link { url, text: String::new() });
                }
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "form" => outline.forms.extend(form.take()),
                "button" => {
                    if let (Some(form), Some(button)) = (form.as_mut(), button.take()) {
                        form.buttons.push(button);
                    }
                }
                "a" => outline.links.extend(link.take()),
                _ => {}
            },
        }
    }
    outline.forms.extend(form);
    outline
}

fn add_input(form: Option<&mut Form>, tag: &Tag) {
    let Some(form) = form else { return };
    let kind = tag.find("type").unwrap_or("text").to_ascii_lowercase();
    match kind.as_str() {
        "submit" => form.buttons.push(Button { text: tag.get("value").to_owned(), ..button_of(tag) }),
        "button" | "reset" | "image" | "file" => {}
        _ => {
            let ticked = matches!(kind.as_str(), "checkbox" | "radio");
            form.fields.push(Field {
                name: tag.get("name").to_owned(),
                value: tag.find("value").unwrap_or(if ticked { "on" } else { "" }).to_owned(),
                checked: !ticked || tag.find("checked").is_some(),
                kind,
            });
        }
    }
}

fn button_of(tag: &Tag) -> Button {
    Button { name: tag.get("name").to_owned(), value: tag.get("value").to_owned(), text: String::new() }
}

/// Adds words to a line, with one space between them.
fn say(line: &mut String, text: &str) {
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Outline {
        outline(html, &Url::parse("http://localhost:3000/sign-in?interaction=x").unwrap(), None)
    }

    const SIGN_IN: &str = r#"<!doctype html><title>Sign in</title>
        <style>form > input { color: red }</style>
        <!-- <form action="/commented"></form> -->
        <form method="POST" action='/sign-in?a=1&amp;b=2'>
          <input type=hidden name=csrf value="a&#43;b&#x2F;c=&quot;&lt;1 > 0">
          <label>Mail <input name="email" required value=""/></label>
          <INPUT TYPE="password" NAME="password">
          <input type="checkbox" name="rememberMe" value="true" checked>
          <input type="checkbox" name="scopes" value="read"><input type="checkbox" name="scopes" value="write">
          <button type="button" name="no">No</button>
          <button name="go" value="in"><b>Sign</b>
             in &amp; go</button>
        </form>
        <p>3 < 4. New here? <a href="/sign-up?x=1&amp;y=2">Sign <i>up</i></a></p>"#;

    #[test]
    fn a_form_is_read_with_its_fields_and_buttons() {
        let outline = read(SIGN_IN);

        assert_eq!(outline.forms.len(), 1);
        let form = &outline.forms[0];
        assert_eq!(form.action.as_str(), "http://localhost:3000/sign-in?a=1&b=2");
        assert_eq!(form.method, "post");
        assert_eq!(form.value("csrf"), Some("a+b/c=\"<1 > 0"));
        assert_eq!(form.fields[2].kind, "password");
        let button = Button { name: "go".to_owned(), value: "in".to_owned(), text: "Sign in & go".to_owned() };
        assert_eq!(form.buttons, [button]);
    }

    #[test]
    fn links_and_words_are_read() {
        let outline = read(SIGN_IN);

        assert_eq!(outline.links[0].text, "Sign up");
        assert_eq!(outline.links[0].url.as_str(), "http://localhost:3000/sign-up?x=1&y=2");
        assert!(outline.text.contains("3 < 4. New here? Sign up"), "{}", outline.text);
        assert!(!outline.text.contains("color"));
    }

    #[test]
    fn a_filled_form_sends_what_a_browser_would() {
        let outline = read(SIGN_IN);
        let form = &outline.forms[0];

        let sent = form.filled(&[("email", "a@b.c"), ("scopes", "write"), ("rememberMe", "")], "Sign in & go");

        let names: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (&**name, &**value)).collect();
        let expected =
            [("csrf", "a+b/c=\"<1 > 0"), ("email", "a@b.c"), ("password", ""), ("scopes", "write"), ("go", "in")];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_button_is_found_by_what_it_says_or_sends() {
        let html =
            "<form><button name=decision value=allow>Allow</button><input type=submit name=decision value=deny></form>";
        let form = &read(html).forms[0];

        assert_eq!(form.button("Allow").unwrap().value, "allow");
        assert_eq!(form.button("deny").unwrap().text, "deny");
        assert_eq!(form.button("").unwrap().value, "allow");
        assert_eq!(form.button("Later"), None);
    }

    #[test]
    #[should_panic(expected = "no field \"mail\"")]
    fn a_field_that_is_not_there_cannot_be_filled() {
        read("<form><input name=email></form>").forms[0].filled(&[("mail", "x")], "");
    }

    #[test]
    fn broken_pages_are_read_as_far_as_they_go() {
        for broken in ["<", "<form", "<form action=\"", "a & b &#xZZ; &unknown; <input", "<!-- ", "<script>x"] {
            read(broken);
        }
        assert_eq!(read("a & b &#xZZ; &unknown;").text, "a & b &#xZZ; &unknown;");
        assert_eq!(read("<form><input name=a").forms[0].fields[0].name, "a");
    }
}
