import type { Lane } from '../lane.ts'
export const intake: Lane = () => Promise.resolve({ lane: 'intake', tables: [], notes: [], data: null })
