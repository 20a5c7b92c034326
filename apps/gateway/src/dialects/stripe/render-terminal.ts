import { findLocations, type Location } from '../../locations/location-store.ts'
import { findReaders, type Reader } from '../../readers/reader-store.ts'
import {
  findConfigurations,
  type TerminalConfiguration,
} from '../../terminal-configurations/configuration-store.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'

/** A place of sale. What the operator made belongs to both modes. */
export const locationKind: ObjectKind = {
  async render(db, scope, ids) {
    const found = await findLocations(db, scope, ids)
    return new Map(found.map((location) => [location.id, renderLocation(location, scope.mode === 'live')]))
  },
  expandable: {},
}

/** What terminals at a place may do: offline, tips, the hour of restarting. */
export const configurationKind: ObjectKind = {
  async render(db, scope, ids) {
    const found = await findConfigurations(db, scope, ids)
    return new Map(found.map((one) => [one.id, renderConfiguration(one, scope.mode === 'live')]))
  },
  expandable: {},
}

/** A card reader; online while its device is in contact. */
export const readerKind: ObjectKind = {
  async render(db, viewing, ids) {
    const found = await findReaders(db, viewing, ids)
    return new Map(found.map((reader) => [reader.id, renderReader(reader, viewing.mode === 'live')]))
  },
  expandable: { location: { kind: 'terminal.location' } },
}

/** Stripe's list is closed; ours says what it is in `model`. */
export const DEVICE_TYPE = 'simulated_wisepos_e'

function renderLocation(location: Location, livemode: boolean): StripeObject {
  const { id } = location
  if (location.deletedMs !== null) return { id, object: 'terminal.location', deleted: true }
  const unknown = { city: null, line1: null, line2: null, postal_code: null, state: null }
  return {
    id,
    object: 'terminal.location',
    address: location.address ?? { ...unknown, country: location.country?.toUpperCase() ?? null },
    ...(location.configuration === null ? {} : { configuration_overrides: location.configuration }),
    display_name: location.name,
    livemode,
    metadata: location.metadata,
    ...(location.phone === null ? {} : { phone: location.phone }),
  }
}

function renderConfiguration(one: TerminalConfiguration, livemode: boolean): StripeObject {
  const { id } = one
  if (one.deletedMs !== null) return { id, object: 'terminal.configuration', deleted: true }
  return {
    id,
    object: 'terminal.configuration',
    is_account_default: one.isAccountDefault,
    livemode,
    name: one.name,
    ...(one.offlineEnabled === null ? {} : { offline: { enabled: one.offlineEnabled } }),
    ...(one.rebootWindow === null ? {} : { reboot_window: one.rebootWindow }),
    ...(one.tipping === null ? {} : { tipping: one.tipping }),
  }
}

function renderReader(reader: Reader, livemode: boolean): StripeObject {
  const { id } = reader
  if (reader.deletedMs !== null) return { id, object: 'terminal.reader', deleted: true }
  return {
    id,
    object: 'terminal.reader',
    action: null,
    device_sw_version: null,
    device_type: DEVICE_TYPE,
    ip_address: null,
    label: reader.label ?? reader.deviceName,
    last_seen_at: reader.lastSeenMs,
    livemode,
    location: reader.location,
    metadata: reader.metadata,
    serial_number: reader.serialNumber,
    status: reader.status,
    device: reader.device,
    model: reader.model,
    offline_capable: reader.offlineCapable,
  }
}
