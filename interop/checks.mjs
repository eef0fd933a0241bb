// Counts what a client found: one line a check, one line at the end.

let passed = 0;
let failed = 0;

/** Runs one check. It fails when the body throws or answers `false`; its value is handed on. */
export async function check(name, body) {
  try {
    const value = await body();
    if (value === false) throw new Error('the answer was not the expected one');
    passed += 1;
    console.log(`ok ${name}`);
    return value;
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${told(error)}`);
    throw new StopRun();
  }
}

/** Throws with both values when they differ. */
export function equal(actual, expected, what) {
  if (actual !== expected) {
    throw new Error(`${what} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  }
  return true;
}

/** Throws with `what` when the value is missing or false. */
export function present(value, what) {
  if (!value) throw new Error(`${what} is missing`);
  return value;
}

/** Runs one scenario: a failed check ends it, because what follows stands on it. */
export async function scenario(name, body) {
  console.log(`# ${name}`);
  try {
    await body();
  } catch (error) {
    if (error instanceof StopRun) return;
    failed += 1;
    console.log(`FAIL ${name}: ${told(error)}`);
  }
}

/** Prints the total and ends the process, with 1 if anything failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

class StopRun extends Error {}

function told(error) {
  const parts = [];
  for (let at = error; at; at = at.cause) {
    if (!(at instanceof Error)) {
      parts.push(JSON.stringify(at));
      break;
    }
    parts.push([at.code, at.error, at.message, at.error_description].filter(Boolean).join(' '));
  }
  return parts.join(' <- ').replaceAll('\n', ' ') || String(error);
}
