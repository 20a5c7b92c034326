import type { Lane } from '../lane.ts'
export const decision: Lane = () => Promise.resolve({ lane: 'decision', tables: [], notes: [], data: null })
