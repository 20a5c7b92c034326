import { cashierStates } from './cashier.ts'
import { followUpStates } from './follow-ups.ts'
import { rareStates } from './judge.ts'
import { carryFaults } from './plan-carry.ts'
import { clockFaults } from './plan-clocks.ts'
import { cloneFaults } from './plan-clone.ts'
import { damageFaults } from './plan-damage.ts'
import { scriptFaults } from './plan-faults.ts'
import { keyFaults } from './plan-keys.ts'
import { reviewStates } from './plan-review.ts'
import { readerFaults } from './plan-readers.ts'
import { databaseFaultNames } from './sim-gateway-store.ts'
import type { World } from './world.ts'

/** What a run should meet and no part of the world announces by itself: one that was never met is seen to be missing. */
export function announceFaults({ counters }: World): void {
  counters.announce(...cashierStates, ...followUpStates, ...rareStates, ...databaseFaultNames)
  counters.announce(...damageFaults, ...keyFaults, ...readerFaults, ...clockFaults)
  counters.announce(...cloneFaults, ...carryFaults, ...reviewStates, ...scriptFaults.map(([name]) => name))
  counters.announce(
    'acquirer.restarted',
    'cashier.same_amount_again',
    'device.crash_at_step',
    'device.crash_in_recovery',
    'device.frozen',
    'device.frozen_beside_a_tab',
    'device.killed',
    'device.reboot',
    'device.restored',
    'device.second_tab',
    'gateway.crash_at_step',
    'gateway.frozen',
    'gateway.killed',
    'gateway.restored',
    'lease.changed',
    'outage.acquirer',
    'outage.flapping',
    'outage.internet',
    'outage.service',
    'shop.closed_for_days',
    'state.basket_paid',
    'state.basket_tried_again',
    'state.damaged_record_set_apart',
    'state.scan_finds_card_at_acquirer',
    'storm.minute_of_silence',
  )
}
