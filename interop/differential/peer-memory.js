// What node-oidc-provider keeps, in maps.

const rows = new Map();
const grants = new Map();
const uids = new Map();

/** An adapter of node-oidc-provider, as its documentation describes one. */
export class Memory {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    rows.set(this.#key(id), { payload, ends: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
    if (payload.uid) uids.set(payload.uid, id);
    if (payload.grantId) grants.set(payload.grantId, [...(grants.get(payload.grantId) ?? []), this.#key(id)]);
  }

  async find(id) {
    const row = rows.get(this.#key(id));
    return row && row.ends > Date.now() ? row.payload : undefined;
  }

  async findByUid(uid) {
    return this.find(uids.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const row = rows.get(this.#key(id));
    row.payload = { ...row.payload, consumed: Math.floor(Date.now() / 1000) };
  }

  async destroy(id) {
    rows.delete(this.#key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) rows.delete(key);
    grants.delete(grantId);
  }

  #key(id) {
    return `${this.model}:${id}`;
  }
}
