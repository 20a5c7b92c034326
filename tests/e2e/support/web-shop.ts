import type { Ready } from '@holdfast/local'

interface ShopOrder {
  readonly order: string
  readonly number: string
  readonly state: string
  readonly payments: readonly string[]
}

/** A web shop as its owner wrote it: the account API over plain HTTP, and the same order again until it is answered. */
export function webShop({ gateway, keys, location }: Ready): {
  /** Order `W-n` of ten euros and n cents. */
  place(n: number): Promise<ShopOrder>
  /** Newest first. */
  orders(): Promise<readonly ShopOrder[]>
} {
  const headers = { authorization: `Bearer ${keys.stripe}`, 'content-type': 'application/json' }
  const url = `${gateway}/account/v1/orders`
  return {
    async place(n) {
      const body = JSON.stringify({
        idempotencyKey: `web-${n}`,
        location,
        channel: 'Web shop',
        number: `W-${n}`,
        amountMinor: 1_000 + n,
        currency: 'eur',
      })
      for (;;) {
        const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => null)
        if (answer === null || answer.status >= 500) continue
        if (!answer.ok) throw new Error(await answer.text())
        const { order } = (await answer.json()) as { order: ShopOrder }
        return order
      }
    },
    async orders() {
      const { orders } = (await (await fetch(url, { headers })).json()) as { orders: ShopOrder[] }
      return orders
    },
  }
}
