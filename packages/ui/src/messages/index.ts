import type { Catalogues } from './translator.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'

export type MessageKey = keyof typeof en

export const messages: Catalogues<MessageKey> = { en, fr, es }
