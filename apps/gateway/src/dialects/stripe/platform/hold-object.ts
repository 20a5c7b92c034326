import { type Missing, pathId, type StripeContext } from './operation.ts'

/**
 * The object of the path, which `find` reads and locks for the rest of the transaction; one that was deleted is not there
 * for whoever changes it.
 */
export async function holdObject<Found extends { readonly deletedMs: number | null }>(
  context: StripeContext,
  object: string,
  find: (ids: readonly string[]) => Promise<readonly Found[]>,
): Promise<Found | { readonly missing: Missing }> {
  const id = pathId(context)
  const [found] = await find([id])
  return found === undefined || found.deletedMs !== null ? { missing: { object, id, param: 'id' } } : found
}
