import type { JournalHead, RecordVerdict, StoredPayment, StoredRecord } from '@holdfast/sdk'
import type { SimulatedDisk } from '@holdfast/testing'

/** The disk of a till, with the journal's tables. */
export type DeviceDisk = SimulatedDisk<
  JournalHead,
  StoredRecord,
  StoredPayment,
  StoredPayment['state'],
  RecordVerdict
>
