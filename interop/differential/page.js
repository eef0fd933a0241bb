// The page that tells where both servers differ, and why.

import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/reference/differential.md', import.meta.url);
const CLOSER = { ours: 'ours', peer: 'theirs', neither: 'neither' };

/** Whether a difference has a reason, and the reason a difference. */
export function told({ name, ours, peer }, reasons) {
  const known = reasons[name];
  if (ours === peer) {
    if (known) throw new Error('both answer the same; the reason is for nothing');
    return true;
  }
  if (!known) throw new Error(`node-oidc-provider answers ${JSON.stringify(peer)}, and there is no reason`);
  if (known.peer !== peer) throw new Error(`node-oidc-provider answers ${JSON.stringify(peer)}, the reason is for ${JSON.stringify(known.peer)}`);
  if (!(known.stricter in CLOSER)) throw new Error(`who is stricter: ${Object.keys(CLOSER).join(', ')}`);
  return true;
}

/** Writes the page. */
export function writes(options) {
  writeFileSync(PAGE, page(options));
  return true;
}

/** Throws unless the page says what was found. */
export function compares(options) {
  let there = '';
  try {
    there = readFileSync(PAGE, 'utf8');
  } catch {
    throw new Error('there is no page; write it with --write');
  }
  if (there !== page(options)) throw new Error('the page says something else; write it with --write');
  return true;
}

function page({ answers, reasons, version, subjects }) {
  const different = answers.filter(({ ours, peer }) => ours !== peer);
  const parts = subjects.map((subject) => section(subject, different.filter((answer) => answer.subject === subject), reasons)).filter(Boolean);
  const same = subjects.map((subject) => {
    const asked = answers.filter((answer) => answer.subject === subject);
    return `| ${subject} | ${asked.length} | ${asked.filter(({ ours, peer }) => ours === peer).length} |`;
  });
  return `# Differences to node-oidc-provider

The same ${answers.length} questions, asked of the example and of node-oidc-provider ${version} from outside.
${answers.length - different.length} answers are the same.
The ${different.length} others are below, each with its reason and with whose answer is the stricter one.
\`cargo xtask differential\` asks again; it fails where an answer changes and where a difference has no reason.

The peer runs with PKCE for all, open registration, management of registrations, PAR, introspection, revocation, logout and rotation of refresh tokens; everything else is as it comes.

| Subject | Asked | Same |
| --- | --- | --- |
${same.join('\n')}

${parts.join('\n')}`;
}

function section(subject, answers, reasons) {
  if (answers.length === 0) return '';
  const rows = answers.map(({ name, ours, peer }) => {
    const { reason, stricter } = reasons[name] ?? { reason: '', stricter: '' };
    return `| ${[name, ours, peer, CLOSER[stricter], reason].map(cell).join(' | ')} |`;
  });
  return `## ${subject}\n\n| Question | Ours | Theirs | Stricter | Why |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function cell(text) {
  return String(text ?? '').replaceAll('|', '\\|');
}
