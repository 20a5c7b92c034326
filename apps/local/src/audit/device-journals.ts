import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import type { StoredPayment } from '@holdfast/sdk'
import { openSqliteJournalStore } from '@holdfast/sdk/node'

export interface DeviceJournal {
  readonly deviceId: string
  /** Each of its records has the gateway's verdict. */
  readonly drained: boolean
  readonly payments: readonly StoredPayment[]
}

const PAGE = 500

/** The journals of all devices whose files lie in this home. A journal of a device at work can be read as well. */
export async function readDeviceJournals(home: string): Promise<DeviceJournal[]> {
  const folder = path.join(home, 'devices')
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : []
  const devices = await Promise.all(
    names.map((name) => readJournal(path.join(folder, name, 'journal.sqlite'))),
  )
  return devices.filter((device) => device !== null)
}

/** Null for a device that was never enrolled. */
async function readJournal(file: string): Promise<DeviceJournal | null> {
  if (!existsSync(file)) return null
  const store = openSqliteJournalStore(file)
  try {
    const [head, enrolment] = [await store.head(), await store.value('enrolment')]
    if (head === null || enrolment === null) return null
    const payments: StoredPayment[] = []
    for (let page = await store.payments({ limit: PAGE }); page.length > 0;) {
      payments.push(...page)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      page = await store.payments({ limit: PAGE, beforeId: last.paymentId })
    }
    // Written by the SDK, which checks it at every start.
    const { device } = JSON.parse(enrolment) as { device: string }
    return { deviceId: device, drained: head.forwardedSeq >= head.seq, payments }
  } finally {
    await store.close()
  }
}
