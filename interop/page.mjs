// Reads the forms, links and words out of a page: enough HTML for server-rendered, well-formed pages.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Reads a page into its forms, the targets of its links and its visible text. */
export function parsePage(html) {
  const source = html.replace(/<!--[\s\S]*?-->/g, '');
  const forms = [...source.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => form(attributes(head), body));
  const links = [...source.matchAll(/<a\b([^>]*)>/gi)].map(([, head]) => attributes(head).href).filter(Boolean);
  const text = decoded(source.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return { forms, links, text };
}

function form(head, body) {
  const inputs = [...body.matchAll(/<input\b([^>]*)>/gi)].map(([, rest]) => {
    const given = attributes(rest);
    return {
      name: given.name,
      type: (given.type ?? 'text').toLowerCase(),
      value: given.value ?? (given.type === 'checkbox' ? 'on' : ''),
      checked: 'checked' in given,
      disabled: 'disabled' in given,
    };
  });
  const buttons = [...body.matchAll(/<button\b([^>]*)>/gi)]
    .map(([, rest]) => attributes(rest))
    .filter((given) => (given.type ?? 'submit').toLowerCase() === 'submit')
    .map((given) => ({ name: given.name, value: given.value ?? '', formaction: given.formaction }));
  const submits = [...body.matchAll(/<input\b([^>]*)>/gi)]
    .map(([, rest]) => attributes(rest))
    .filter((given) => given.type?.toLowerCase() === 'submit')
    .map((given) => ({ name: given.name, value: given.value ?? '', formaction: given.formaction }));
  return {
    action: head.action ?? '',
    method: (head.method ?? 'get').toUpperCase(),
    inputs,
    buttons: [...buttons, ...submits],
  };
}

function attributes(head) {
  const found = {};
  for (const [, name, double, single, bare] of head.matchAll(/([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
    found[name.toLowerCase()] = decoded(double ?? single ?? bare ?? '');
  }
  return found;
}

function decoded(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}
