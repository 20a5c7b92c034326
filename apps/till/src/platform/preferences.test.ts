import { expect, test } from 'vitest'
import { memoryStorage } from '../test-support/memory-storage.ts'
import { createPreferences } from './preferences.ts'

test('language, currency, the switch to offline and the open sale are remembered', () => {
  const storage = memoryStorage()
  const before = createPreferences(storage)
  before.rememberLanguage('fr')
  before.rememberCurrency('jpy')
  before.rememberForcedOffline(true)
  before.rememberOpenSale('pi_1')
  const after = createPreferences(storage)
  expect([after.language(), after.currency(), after.forcedOffline(), after.openSale()]).toEqual([
    'fr',
    'jpy',
    true,
    'pi_1',
  ])
  after.rememberOpenSale(null)
  expect(createPreferences(storage).openSale()).toBeNull()
})

test('what an older or foreign program left there is not believed', () => {
  const storage = memoryStorage()
  storage.setItem('holdfast.language', 'tlh')
  storage.setItem('holdfast.currency', 'xyz')
  const preferences = createPreferences(storage)
  expect([preferences.language(), preferences.currency()]).toEqual([null, null])
})

test('a browser that forbids its storage does not stop the till', () => {
  const forbidden = (): never => {
    throw new DOMException('denied', 'SecurityError')
  }
  const preferences = createPreferences({ getItem: forbidden, setItem: forbidden, removeItem: forbidden })
  preferences.rememberLanguage('es')
  expect(preferences.language()).toBeNull()
})
