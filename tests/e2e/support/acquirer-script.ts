import { jsonRequest } from '../../../apps/local/src/process/json-request.ts'

export type Fault = Readonly<Record<string, unknown>>

/** One rule for the simulated acquirer (`POST /script`). @throws Error when it does not take it */
export async function script(
  controlUrl: string,
  rule: { readonly match: Fault; readonly do: Fault },
): Promise<void> {
  const answer = await jsonRequest(`${controlUrl}/script`, { method: 'POST', body: rule })
  if (answer?.status !== 201) throw new Error(`script refused: ${JSON.stringify(answer?.body)}`)
}

export async function clearScript(controlUrl: string): Promise<void> {
  await fetch(`${controlUrl}/script`, { method: 'DELETE' })
}
