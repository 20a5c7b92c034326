import { operations } from './operations.ts'

/** What the permissions of a restricted key can be about: `charge`, `refund`, `terminal_location`, … */
export const permissionResources: readonly string[] = [
  ...new Set(operations.map(({ needs }) => needs.resource)),
].toSorted()
