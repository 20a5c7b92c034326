/**
 * Statements that were all sent at once on one pipelined connection, in this order, and are answered in this order.
 * Waits for every answer; throws what the first of them threw, since what came after it failed only because of it.
 */
export async function sendTogether(sent: readonly Promise<unknown>[]): Promise<void> {
  for (const answer of await Promise.allSettled(sent)) {
    if (answer.status === 'rejected') throw answer.reason
  }
}
