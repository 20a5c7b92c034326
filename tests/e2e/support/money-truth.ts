import type { BareStack } from './bare-stack.ts'

/** One payment with what the gateway has taken and given back of it. Minor units. */
interface MoneyOfPayment {
  readonly payment: string
  readonly captured: number
  readonly refunded: number
}

/** By the gateway's tables. */
export function moneyOfGateway(stack: BareStack): Promise<MoneyOfPayment[]> {
  return stack.query<MoneyOfPayment>(`
    select c.payment, c.amount_minor::integer as captured,
      coalesce((select sum(r.amount_minor) from refunds r
        where r.account = c.account and r.payment = c.payment and r.status = 'succeeded'), 0)::integer as refunded
    from captures c where c.state = 'presented'`)
}
