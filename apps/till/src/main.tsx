import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { must } from '@holdfast/core'
import { chooseLanguage, type Language } from '@holdfast/ui'
import { App } from './app.tsx'
import { createPreferences } from './platform/preferences.ts'
import { watchUpdates } from './platform/updates.ts'
import { beginStartup } from './startup.ts'
import { createObservable } from './platform/observable.ts'

const storage = globalThis.localStorage
const preferences = createPreferences(storage)
const language = createObservable<{ readonly language: Language }>({
  language: preferences.language() ?? chooseLanguage(navigator.languages),
})
language.subscribe(() => preferences.rememberLanguage(language.get().language))

const reload = (): void => globalThis.location.reload()
const updates = watchUpdates(navigator.serviceWorker, reload)
const startup = beginStartup({
  storage,
  preferences,
  fetch: (input, init) => globalThis.fetch(input, init),
  locks: navigator.locks,
})

const root = must(document.querySelector('#root'), 'index.html has a root')
createRoot(root).render(
  <StrictMode>
    <App startup={startup} updates={updates} language={language} onAgain={reload} />
  </StrictMode>,
)
