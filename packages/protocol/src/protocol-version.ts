/**
 * The wire's version. Raise it when `protocol-version.test.ts` says that a schema changed, and add a line here.
 *
 * | version | date       | what changed |
 * |---------|------------|--------------|
 * | 1       | 2026-11-20 | first        |
 */
export const PROTOCOL_VERSION = 1
