import { setTimeout as sleep } from 'node:timers/promises'

import { type AuditDifference, type AuditReport, auditSales } from '@holdfast/testing'

import { readReady } from '../stack/ready-file.ts'
import { checkBooks } from './check-books.ts'
import { readAcquirerJournal } from './acquirer-journal.ts'
import { readDeviceJournals } from './device-journals.ts'
import { openGatewayDatabase } from './gateway-database.ts'
import { type GatewayTables, readGatewayTables } from './gateway-tables.ts'

export interface LocalAudit {
  readonly report: AuditReport
  /** Whose journal was not at hand, so that only the gateway's word counts for it. */
  readonly notReachable: readonly string[]
  /** What is wrong with the gateway's books; none when they are right. */
  readonly books: readonly string[]
}

/** The three sides are read one after the other while they may be at work: what is a difference stays one. */
const LOOKS_MAX = 3
const LOOK_AGAIN_MS = 1_500

/** Joins journals, gateway and acquirer of one home. Changes nothing. @throws Error when a side cannot be read */
export async function runAudit(home: string): Promise<LocalAudit> {
  const controlUrl = readReady(home)?.acquirer.control ?? null
  const database = await openGatewayDatabase(home)
  try {
    let audit = await look(home, controlUrl, database?.connectionString ?? null)
    // Nothing moves where nothing runs.
    const looksMax = controlUrl === null ? 1 : LOOKS_MAX
    for (let looks = 1; looks < looksMax && !isClean(audit); looks += 1) {
      await sleep(LOOK_AGAIN_MS)
      const again = await look(home, controlUrl, database?.connectionString ?? null)
      audit = { ...again, report: onlyLasting(audit.report, again.report) }
    }
    return audit
  } finally {
    await database?.close()
  }
}

async function look(
  home: string,
  controlUrl: string | null,
  connectionString: string | null,
): Promise<LocalAudit> {
  const devices = await readDeviceJournals(home)
  const nothing: GatewayTables = { payments: [], refunds: [], devices: [] }
  const gateway = connectionString === null ? nothing : await readGatewayTables(connectionString)
  const books = connectionString === null ? [] : await checkBooks(connectionString)
  const acquirer = (await readAcquirerJournal(home, controlUrl)) ?? []
  const atHand = new Set(devices.map(({ deviceId }) => deviceId))
  return {
    report: auditSales({ devices, gateway: gateway.payments, acquirer, refunds: gateway.refunds }),
    notReachable: gateway.devices
      .filter(({ deviceId }) => !atHand.has(deviceId))
      .map(({ deviceId, name }) => `${name} (${deviceId})`),
    books,
  }
}

/** Nothing is wrong, on any side. */
export function isClean({ report, books }: LocalAudit): boolean {
  return report.differences.length === 0 && books.length === 0
}

function onlyLasting(before: AuditReport, after: AuditReport): AuditReport {
  const known = new Set(before.differences.map(nameOf))
  return { ...after, differences: after.differences.filter((found) => known.has(nameOf(found))) }
}

function nameOf({ code, paymentId, detail }: AuditDifference): string {
  return `${code} ${paymentId} ${paymentId === null ? detail : ''}`
}
