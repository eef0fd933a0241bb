// The checks of ../interop, each bounded in time.

import { check as counted, scenario } from '../interop/checks.mjs';

export { equal, finish, present, scenario } from '../interop/checks.mjs';

/** The longest a check may take, in milliseconds. */
const LONGEST = 30_000;
/** How many scenarios run at the same time. */
const LANES = 4;

/** Runs one check: its name is a sentence that is true when it passes. */
export function check(name, body) {
  return counted(name, () => within(LONGEST, body));
}

/** Runs scenarios that know nothing of each other, a few at a time. */
export async function sideBySide(scenarios) {
  const waiting = Object.entries(scenarios);
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await scenario(...next);
  }));
}

/** Throws unless the text contains the part. */
export function contains(text, part, what) {
  if (!text.includes(part)) throw new Error(`${what} lacks ${JSON.stringify(part)}: ${JSON.stringify(text.slice(0, 300))}`);
  return true;
}

/** Throws when the text contains the part. */
export function lacks(text, part, what) {
  if (text.includes(part)) throw new Error(`${what} contains ${JSON.stringify(part)}`);
  return true;
}

/** Throws with all different entries when the list has any. */
export function none(list, what) {
  if (list.length > 0) throw new Error(`${what}: ${[...new Set(list)].join('; ')}`);
  return true;
}

async function within(limit, body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
