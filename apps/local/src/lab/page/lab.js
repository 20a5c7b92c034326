/** The lab's page: asks the lab's API once a second and shows what it says. No build step, no dependency. */

const LINES = [
  {
    name: 'internet',
    title: 'Internet',
    about: 'between the shop and the gateway, and to the till’s page',
    modes: ['up', 'down', 'slow', 'flaky', 'captive', 'lost_answers'],
  },
  {
    name: 'service',
    title: 'Gateway service',
    about: 'in front of the gateway',
    modes: ['up', 'down', 'brownout'],
  },
  {
    name: 'acquirer',
    title: 'Acquirer',
    about: 'between the gateway and the banks',
    modes: ['up', 'down', 'slow'],
  },
]
const MODE_NAMES = { lost_answers: 'answers lost', captive: 'captive portal' }
const CARDS = [
  ['visa', 'Visa, approved'],
  ['mastercard', 'Mastercard, approved'],
  ['amex', 'American Express, approved'],
  ['contactless_visa', 'Visa contactless, approved'],
  ['offline_approving', 'Mastercard that approves offline itself'],
  ['cb_visa', 'Cartes Bancaires, approved'],
  ['prepaid', 'has 50.00 on it; what is left is approved, the rest is owed'],
  ['declined_late_51', 'approved online, declined when forwarded'],
  ['declined_05', 'declined: do not honour'],
  ['declined_51', 'declined: no funds'],
  ['stolen_43', 'declined: stolen'],
  ['eea_contactless_pin', 'contactless that wants an online PIN'],
  ['interac', 'Interac, online only'],
  ['expired', 'expired'],
  ['blocked', 'blocked'],
  ['removed', 'removed too early'],
]
const POLL_MS = 1_000
const RESULTS_MAX = 100

const byId = (id) => document.getElementById(id)
const summary = byId('summary')
const sellForm = byId('sell')
const sellMessage = byId('sell-message')
const radios = new Map()

buildLines()
buildCards()
void showLinks()
void poll()
sellForm.addEventListener('submit', (event) => {
  event.preventDefault()
  void sell(event.submitter)
})

function buildLines() {
  for (const { name, title, about, modes } of LINES) {
    const set = element('fieldset')
    const legend = element('legend', { textContent: `${title} ` })
    legend.append(element('small', { textContent: about }))
    const segments = element('div', { className: 'segments' })
    for (const mode of modes) {
      const input = element('input', { type: 'radio', name, value: mode })
      input.addEventListener('change', () => void setLine(name, mode))
      radios.set(`${name} ${mode}`, input)
      const label = element('label')
      label.append(input, MODE_NAMES[mode] ?? mode)
      segments.append(label)
    }
    set.append(legend, segments)
    byId('lines').append(set)
  }
}

function buildCards() {
  for (const [value, textContent] of CARDS)
    sellForm.elements.card.append(element('option', { value, textContent }))
}

async function setLine(name, mode) {
  const answer = await call('POST', '/state', { [name]: mode })
  if (answer.error !== undefined) say(summary, answer.error.message, 'bad')
  else showState(answer)
}

async function poll() {
  try {
    const [state, devices, services] = await Promise.all([
      call('GET', '/state'),
      call('GET', '/devices'),
      call('GET', '/services'),
    ])
    showState(state)
    showDevices(devices)
    showServices(services)
  } catch {
    say(summary, 'The lab does not answer. Is npm start still running?', 'bad')
  }
  setTimeout(() => void poll(), POLL_MS)
}

function showState(state) {
  const broken = LINES.filter(({ name }) => state[name] !== 'up')
  for (const { name } of LINES) {
    const input = radios.get(`${name} ${state[name]}`)
    if (input !== undefined && !input.checked) input.checked = true
  }
  if (broken.length === 0) return say(summary, 'All lines up', 'good')
  const text = broken
    .map(({ name, title }) => `${title}: ${MODE_NAMES[state[name]] ?? state[name]}`)
    .join(', ')
  say(summary, text, 'bad')
}

function showDevices(devices) {
  const select = sellForm.elements.device
  for (const { id } of devices) {
    if (![...select.options].some((option) => option.value === id)) {
      select.append(element('option', { value: id, textContent: id }))
    }
  }
  keyed(byId('devices'), devices, (item, device) => {
    const { id, state, networkStatus, outage, queued, atRisk, deviceId, pid } = device
    const isOn = state === 'running'
    const net = networkStatus === 'offline' && outage !== null ? `offline (${outage})` : networkStatus
    part(item, 'h3').textContent = id
    say(
      part(item, '.pill'),
      isOn ? net : state,
      isOn ? (networkStatus === 'online' ? 'good' : 'wait') : 'bad',
    )
    const risk = Object.entries(atRisk).map(
      ([currency, { count, sumMinor }]) => `${count} = ${money(sumMinor, currency)}`,
    )
    const waiting = queued === null ? 'queue not known' : `${queued} waiting to be forwarded`
    const open = risk.length === 0 ? 'nothing at risk' : `at risk: ${risk.join(', ')}`
    const who = `${deviceId ?? 'not enrolled'}${pid === null ? '' : ` · process ${pid}`}`
    part(item, '.facts').textContent = `${waiting} · ${open} · ${who}`
    buttons(item, [
      ['kill -9', isOn, () => act(`/devices/${id}`, 'kill')],
      ['Start', !isOn && state !== 'starting', () => act(`/devices/${id}`, 'start')],
      ['Wipe', true, () => wipe(id)],
    ])
  })
}

function showServices(services) {
  keyed(byId('services'), services, (item, { id, state, pid, restarts }) => {
    part(item, 'h3').textContent = id
    say(part(item, '.pill'), state, state === 'running' ? 'good' : 'bad')
    const times = restarts === 0 ? '' : ` · started again ${restarts} ${restarts === 1 ? 'time' : 'times'}`
    part(item, '.facts').textContent = `${pid === null ? 'no process' : `process ${pid}`}${times}`
    buttons(item, [['kill -9', state === 'running', () => act(`/services/${id}`, 'kill')]])
  })
}

async function act(path, action) {
  const answer = await call('POST', path, { action })
  if (answer.error !== undefined) say(summary, answer.error.message, 'bad')
}

async function wipe(id) {
  const sure = confirm(`Wipe ${id}? Its journal is deleted; what it has not forwarded is lost.`)
  if (sure) await act(`/devices/${id}`, 'wipe')
}

async function sell(button) {
  const fields = sellForm.elements
  const currency = fields.currency.value
  const amountMinor = minorOf(fields.amount.value)
  if (amountMinor === null) {
    fields.amount.focus()
    return say(sellMessage, 'The amount must look like 12.50.', '')
  }
  const count = Number(button?.value ?? 1)
  const order = {
    card: fields.card.value,
    amountMinor,
    currency,
    offlineBehavior: fields.offlineBehavior.value,
    count,
  }
  if (fields.device.value !== '') order.device = fields.device.value
  setSelling(true)
  say(sellMessage, count === 1 ? 'Selling…' : `Selling ${count} times…`, '')
  try {
    const answer = await call('POST', '/sales', order)
    if (answer.error !== undefined) return say(sellMessage, answer.error.message, '')
    say(sellMessage, tally(answer), '')
    for (const result of answer) showResult(result, money(amountMinor, currency))
  } catch {
    say(sellMessage, 'The lab did not answer. The devices’ journals know what was sold.', '')
  } finally {
    setSelling(false)
  }
}

function setSelling(busy) {
  for (const button of sellForm.querySelectorAll('button')) button.disabled = busy
}

const TONES = { approved: 'good', stored: 'wait', declined: 'bad', refused: '', unknown: 'bad' }

function showResult({ paymentId, result, offlineKind, reason }, amount) {
  byId('no-results').hidden = true
  const item = element('li')
  const pill = element('span')
  say(pill, result, TONES[result] ?? '')
  const detail = [paymentId ?? 'no payment', offlineKind, reason].filter(Boolean).join(' · ')
  item.append(pill, element('span', { textContent: amount }), element('code', { textContent: detail }))
  byId('results').prepend(item)
  while (byId('results').children.length > RESULTS_MAX) byId('results').lastElementChild.remove()
}

function tally(results) {
  const counts = new Map()
  for (const { result } of results) counts.set(result, (counts.get(result) ?? 0) + 1)
  return [...counts].map(([result, count]) => `${count} ${result}`).join(', ')
}

async function showLinks() {
  const links = await call('GET', '/links')
  for (const [textContent, href] of Object.entries(links)) {
    const item = element('li')
    item.append(element('a', { href, textContent }))
    byId('links').append(item)
  }
}

/** One item per entry, kept in place, so that focus survives the next look. */
function keyed(list, entries, show) {
  for (const entry of entries) {
    let item = list.querySelector(`[data-id="${CSS.escape(entry.id)}"]`)
    if (item === null) {
      item = element('li')
      item.dataset.id = entry.id
      const name = element('div', { className: 'name' })
      name.append(element('h3'), element('span', { className: 'pill' }))
      item.append(name, element('div', { className: 'actions' }), element('p', { className: 'facts' }))
      list.append(item)
    }
    show(item, entry)
  }
}

function buttons(item, wanted) {
  const actions = part(item, '.actions')
  for (const [label, enabled, press] of wanted) {
    let button = [...actions.children].find((child) => child.textContent === label)
    if (button === undefined) {
      button = element('button', { type: 'button', textContent: label })
      button.setAttribute('aria-label', `${label} ${item.dataset.id}`)
      button.addEventListener('click', () => void press())
      actions.append(button)
    }
    button.disabled = !enabled
  }
}

function part(item, selector) {
  return item.querySelector(selector)
}

function say(target, text, tone) {
  if (target.textContent !== text) target.textContent = text
  if (target !== sellMessage) target.className = `pill ${tone}`
}

function minorOf(text) {
  const match = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text.trim())
  if (match === null) return null
  const minor = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return minor > 0 ? minor : null
}

function money(minor, currency) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency })
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits)
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties)
}

async function call(method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return answer.json()
}
