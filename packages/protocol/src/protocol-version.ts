/**
 * The wire's version. Raise it when `protocol-version.test.ts` says that a schema changed, and add a line here.
 *
 * | version | date       | what changed |
 * |---------|------------|--------------|
 * | 1       | 2026-11-20 | first        |
 * | 2       | 2026-11-30 | a lease may name what is `offered`; a device of version 1 keeps the lease before it, and the gateway refuses what it sends |
 * | 3       | 2026-11-30 | the feed says what became of a tip, to a device that asks for it (`tips=1`); a device of version 2 hears nothing of it |
 * | 4       | 2026-11-30 | the feed says what the operator announces, to a device that asks for it (`notices=1`); a device of version 3 hears nothing of it |
 */
export const PROTOCOL_VERSION = 4
