import type { ServiceNotice } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { serviceNoticeViews } from './service-notice-view.ts'

const maintenance: ServiceNotice = {
  notice: 'ntc_000000000000000000000001',
  kind: 'maintenance',
  state: 'planned',
  startsMs: 1_000,
  endsMs: 2_000,
  texts: { en: 'New disks.', fr: 'Disques neufs.' },
}
const incident: ServiceNotice = { ...maintenance, kind: 'incident', state: 'investigating', endsMs: null }
const at = (nowMs: number, notices: readonly ServiceNotice[] = [maintenance], read: readonly string[] = []) =>
  serviceNoticeViews(notices, { read, language: 'fr', nowMs })

test('ST10: a till that hears nothing goes by its own clock from planned to running to over', () => {
  expect(at(999)).toMatchObject([{ phase: 'planned', text: 'Disques neufs.' }])
  expect(at(1_000)).toMatchObject([{ phase: 'running' }])
  expect(at(2_000)).toEqual([])
  expect(at(9_000, [incident])).toMatchObject([{ phase: 'incident', endsMs: null }])
})

test('ST10: what was put away stays away until there is something new about it', () => {
  const read = at(500).map(({ key }) => key)
  expect(at(600, [maintenance], read)).toEqual([])
  expect(at(1_500, [maintenance], read)).toHaveLength(1)
  expect(at(600, [{ ...maintenance, endsMs: 3_000 }], read)).toHaveLength(1)
})

test('ST10: a text in another language is better than none', () => {
  expect(at(500, [{ ...maintenance, texts: { es: 'Discos nuevos.' } }])).toMatchObject([
    { text: 'Discos nuevos.' },
  ])
})
