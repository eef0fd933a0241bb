// Asks the example and node-oidc-provider the same, one question after the other.
// Usage: BASE_URL=http://localhost:3000 node main.js [--write] [words of the questions]

import { readFileSync } from 'node:fs';

import { check, equal, finish, scenario } from '../checks.mjs';
import access from './checks/access.js';
import assertions from './checks/assertions.js';
import authentication from './checks/authentication.js';
import codes from './checks/codes.js';
import discovery from './checks/discovery.js';
import endSession from './checks/end-session.js';
import pushed from './checks/pushed.js';
import redirects from './checks/redirects.js';
import refresh from './checks/refresh.js';
import registration from './checks/registration.js';
import requests from './checks/requests.js';
import signIn from './checks/sign-in.js';
import { compares, told, writes } from './page.js';
import { startPeer } from './peer.js';
import { discovers } from './server.js';

const SUBJECTS = {
  'Discovery': discovery,
  'Where answers go': redirects,
  'Authorization requests': requests,
  'Signing in': signIn,
  'Codes and their tokens': codes,
  'Refresh tokens': refresh,
  'Client authentication': authentication,
  'Client assertions': assertions,
  'Access, introspection, revocation': access,
  'Pushed requests': pushed,
  'Registration': registration,
  'End of the session': endSession,
};

const base = (process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const library = JSON.parse(readFileSync(new URL('./node_modules/oidc-provider/package.json', import.meta.url)));
console.log(`# ${library.name} ${library.version}, node ${process.versions.node}`);

const peer = await startPeer();
const [ours, theirs] = await Promise.all([discovers(base), discovers(peer.issuer)]);
const reasons = JSON.parse(readFileSync(new URL('./differences.json', import.meta.url)));
const answers = [];

for (const [subject, checks] of Object.entries(SUBJECTS)) {
  for (const [name, [expected, ask]] of Object.entries(checks)) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    await scenario(name, () => check(`${name}: ${expected}`, async () => {
      const [mine, its] = await Promise.all([said(ask, ours), said(ask, theirs)]);
      answers.push({ subject, name, ours: mine, peer: its });
      equal(mine, expected, 'the answer');
      return told({ name, ours: mine, peer: its }, reasons);
    }));
  }
}
if (words.length === 0) {
  await scenario('the page', () => check('the page of the differences is up to date', () => {
    const left = Object.keys(reasons).filter((name) => !answers.some((answer) => answer.name === name));
    equal(left.join(', '), '', 'what has a reason and is not asked');
    const options = { answers, reasons, version: library.version, subjects: Object.keys(SUBJECTS) };
    return process.argv.includes('--write') ? writes(options) : compares(options);
  }));
}
peer.stop();
finish();

/** The answer of a server; what a check cannot go on with is an answer too. */
async function said(ask, server) {
  try {
    return await ask(server);
  } catch (error) {
    return `stopped: ${error.message}`.replaceAll(server.issuer, 'the issuer').slice(0, 300);
  }
}
