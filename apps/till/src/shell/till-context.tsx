import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import { must } from '@holdfast/core'
import type { Language } from '@holdfast/ui'
import type { TillConfig } from '../platform/till-config.ts'
import type { Updates } from '../platform/updates.ts'
import type { Till } from '../state/till.ts'
import type { TillState } from '../state/till-state.ts'

/** What every screen of an open till may use. */
export interface TillRoom {
  readonly till: Till
  readonly config: TillConfig
  readonly updates: Updates
  readonly chooseLanguage: (language: Language) => void
}

const RoomContext = createContext<TillRoom | null>(null)

export function TillRoomProvider({
  room,
  children,
}: {
  readonly room: TillRoom
  readonly children: ReactNode
}): ReactNode {
  return <RoomContext value={room}>{children}</RoomContext>
}

export function useRoom(): TillRoom {
  return must(useContext(RoomContext), 'screens are inside an open till')
}

export function useTillState(): TillState {
  const { state } = useRoom().till
  return useSyncExternalStore(state.subscribe, state.get)
}
