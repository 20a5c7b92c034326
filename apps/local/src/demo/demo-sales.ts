import type { SaleOrder, SaleResult } from '../cashier/cashier-messages.ts'
import type { LabDevice } from '../lab/lab-device.ts'

export interface DemoSale extends SaleResult {
  readonly device: string
  readonly card: string
  readonly amountMinor: number
  readonly part: 'online' | 'offline'
  readonly voiceCode?: string
}

type WantedSale = Pick<DemoSale, 'part' | 'card' | 'amountMinor' | 'voiceCode'> &
  Partial<Pick<SaleOrder, 'captureMethod'>>

export async function sellAll(
  device: LabDevice,
  { part, cards, fromMinor }: { part: DemoSale['part']; cards: readonly string[]; fromMinor: number },
): Promise<DemoSale[]> {
  const sales: DemoSale[] = []
  for (const [index, card] of cards.entries()) {
    sales.push(await sellOne(device, { part, card, amountMinor: fromMinor + index * 35 }))
  }
  return sales
}

export async function sellOne(
  device: LabDevice,
  { part, captureMethod = 'automatic', ...wanted }: WantedSale,
  onOpened?: () => void,
): Promise<DemoSale> {
  const order: Omit<SaleOrder, 'order'> = {
    ...wanted,
    currency: 'eur',
    captureMethod,
    offlineBehavior: 'prefer_online',
  }
  return { ...(await device.sell(order, onOpened)), device: device.id, part, ...wanted }
}

export async function inParallel(...parts: Promise<DemoSale[]>[]): Promise<DemoSale[]> {
  return (await Promise.all(parts)).flat()
}

export function tally(sales: readonly DemoSale[]): string {
  const counts = Map.groupBy(sales, ({ result }) => result)
  return [...counts].map(([result, all]) => `${all.length} ${result}`).join(', ')
}

export function euros(minor: number): string {
  return (minor / 100).toFixed(2)
}
