import type { Ready } from '../stack/ready-file.ts'

/** The gateway's APIs as a merchant's back end calls them, with its secret key. */
export interface MerchantApi {
  get(path: string): Promise<unknown>
  /** `/v1`: a form, as Stripe's clients send it. */
  postForm(path: string, fields: Readonly<Record<string, string>>): Promise<unknown>
  postJson(path: string, body: object): Promise<unknown>
}

/** @throws Error with what the gateway said when it refuses */
export function createMerchantApi({ gateway, keys }: Pick<Ready, 'gateway' | 'keys'>): MerchantApi {
  async function ask(path: string, init: RequestInit, type?: string): Promise<unknown> {
    const headers = {
      authorization: `Bearer ${keys.stripe}`,
      ...(type === undefined ? {} : { 'content-type': type }),
    }
    const answer = await fetch(`${gateway}${path}`, { ...init, headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} was refused: ${text}`)
    return JSON.parse(text)
  }
  return {
    get: (path) => ask(path, {}),
    postForm: (path, fields) =>
      ask(
        path,
        { method: 'POST', body: new URLSearchParams(fields).toString() },
        'application/x-www-form-urlencoded',
      ),
    postJson: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }, 'application/json'),
  }
}
