import type { SaleOrder, SaleResult } from '../cashier/cashier-messages.ts'
import type { LabDevice } from './lab-device.ts'

/**
 * So many sales, shared out among the devices; each device sells one after the other, as a cashier does. In the order
 * of the shares.
 */
export async function sellMany(
  devices: readonly LabDevice[],
  order: Omit<SaleOrder, 'order'>,
  count: number,
): Promise<SaleResult[]> {
  const results: SaleResult[] = []
  await Promise.all(
    devices.map(async (device, index) => {
      for (let sale = index; sale < count; sale += devices.length) results[sale] = await device.sell(order)
    }),
  )
  return results
}
