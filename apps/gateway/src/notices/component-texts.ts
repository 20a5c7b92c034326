import type { ComponentName } from './component-name.ts'
import type { NoticeLanguage } from './known-notice.ts'

export const COMPONENT_TEXTS: Readonly<Record<NoticeLanguage, Readonly<Record<ComponentName, string>>>> = {
  en: { gateway: 'Gateway', database: 'Database', acquirer_link: 'Link to the acquirer' },
  fr: { gateway: 'Passerelle', database: 'Base de données', acquirer_link: 'Liaison avec l’acquéreur' },
  es: { gateway: 'Pasarela', database: 'Base de datos', acquirer_link: 'Enlace con el adquirente' },
}
