// Stands for the machine around a client that knows nothing of it; loaded with `node --import`.

import dns from 'node:dns';

// A line in /etc/hosts: this name is here.
const name = process.env.NAME;
const system = dns.lookup;
dns.lookup = (host, options, callback) => system(host === name ? '127.0.0.1' : host, options, callback);

// The machine stands still for a second after this line, so that something can happen while no request is under way.
const line = process.env.STILL_AFTER;
const log = console.log;
console.log = (...words) => {
  log(...words);
  if (words[0] === line) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
};
