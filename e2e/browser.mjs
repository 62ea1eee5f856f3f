// A real browser, and what every page must keep to.
import { chromium } from 'playwright-core'

export async function browse(run) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  try {
    await run(browser)
  } finally {
    await browser.close()
  }
}

// watch opens a page and collects what must not happen on it: errors, breaches of its policy, requests to others
// and answers of failure that allow does not expect.
export async function watch(browser, options, allow = () => false) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems = []
  await context.exposeBinding('reportBreach', (_, text) => problems.push(text))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      window.reportBreach(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`))
  })
  page.on('pageerror', (e) => problems.push(`error: ${e.stack || e}`))
  page.on('console', (m) => {
    const refused = m.text().startsWith('Failed to load resource') // reported below, with its address
    if ((m.type() === 'error' || m.type() === 'warning') && !refused) problems.push(`console: ${m.text()}`)
  })
  page.on('response', (r) => {
    if (r.status() >= 400 && !allow(r)) problems.push(`answer: ${r.status()} ${r.url()}`)
  })
  page.on('requestfailed', (r) => problems.push(`request: ${r.url()} ${r.failure()?.errorText}`))
  page.on('request', (r) => {
    const url = new URL(r.url())
    const home = new URL(page.url() === 'about:blank' ? r.url() : page.url())
    if (url.protocol.startsWith('http') && url.origin !== home.origin) problems.push(`request to another server: ${r.url()}`)
  })
  return { page, context, problems }
}

// main runs checks and fails with what they find.
export async function main(checks) {
  const problems = []
  await browse(async (browser) => {
    for (const check of checks) {
      try {
        for (const p of await check(browser)) problems.push(`${check.name}: ${p}`)
      } catch (e) {
        problems.push(`${check.name}: ${e.message}`)
      }
    }
  })
  for (const p of problems) console.error(p)
  if (problems.length) process.exitCode = 1
  else console.log(`${checks.length} passed, 0 failed`)
}
