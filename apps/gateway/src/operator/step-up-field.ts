import type { PageLanguage } from '../pages/page.ts'

interface StepUpTexts {
  readonly label: string
  readonly how: string
  readonly refused: string
}

export const STEP_UP_TEXTS: Record<PageLanguage, StepUpTexts> = {
  en: {
    label: 'Your secret key, once more',
    how: 'Asked for what cannot be taken back; then not again for ten minutes.',
    refused: 'This is not the secret key that you are signed in with. Nothing was changed.',
  },
  fr: {
    label: 'Votre clé secrète, encore une fois',
    how: 'Demandée pour ce qui ne se reprend pas ; ensuite plus pendant dix minutes.',
    refused: 'Ce n’est pas la clé secrète avec laquelle vous êtes connecté. Rien n’a changé.',
  },
  es: {
    label: 'Su clave secreta, otra vez',
    how: 'Se pide para lo que no se puede deshacer; después, no durante diez minutos.',
    refused: 'Esta no es la clave secreta con la que ha entrado. Nada cambió.',
  },
}

/** The last field of a form that hurts; nothing for whoever has just confirmed. What was typed is never shown again. */
export function stepUpField(
  { language, isConfirmed }: { readonly language: PageLanguage; readonly isConfirmed: boolean },
  id: string,
): string {
  if (isConfirmed) return ''
  const { label, how } = STEP_UP_TEXTS[language]
  return `<div><label for="${id}">${label}</label>
<input id="${id}" name="key" type="password" autocomplete="off" required aria-describedby="${id}-how">
<p class="soft small" id="${id}-how">${how}</p></div>`
}
