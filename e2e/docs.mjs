// Checks a page of API documentation: node docs.mjs '{"url": …, "operation": …, "values": {…}, "username": …,
// "password": …, "screenshots": …}'. operation is the id of one that needs a login, values are its parameters.
// Pictures are taken when a folder for them is named.
import { mkdirSync } from 'node:fs'
import { main, watch } from './browser.mjs'

const want = JSON.parse(process.argv[2])
const desktop = { viewport: { width: 1280, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

async function shot(page, name) {
  if (!want.screenshots) return
  mkdirSync(want.screenshots, { recursive: true })
  await page.screenshot({ path: `${want.screenshots}/${name}.png`, fullPage: true })
}

async function open(page) {
  await page.goto(want.url)
  await page.locator('.opblock').first().waitFor()
}

// execute tries the operation out and gives the status that the page shows, and what was sent.
async function execute(page) {
  const block = page.locator(`[id$="-${want.operation}"]`)
  if (!(await block.getAttribute('class')).includes('is-open')) await block.locator('.opblock-summary-control').click()
  await block.locator('.try-out__btn').waitFor()
  const start = block.locator('.try-out__btn:not(.cancel)')
  if (await start.isVisible()) await start.click()
  for (const [name, value] of Object.entries(want.values || {})) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value)
  }
  const [request] = await Promise.all([
    page.waitForRequest((r) => r.resourceType() === 'fetch'),
    block.locator('.btn.execute').click(),
  ])
  const status = block.locator('.live-responses-table .response .response-col_status').first()
  await status.waitFor()
  const answered = await request.response()
  await page.waitForFunction(([e, s]) => e.textContent.trim().startsWith(s), [await status.elementHandle(), String(answered.status())])
  return { status: parseInt(await status.textContent(), 10), authorization: (await request.allHeaders()).authorization, text: await block.textContent() }
}

// dialog opens the Authorize dialog and gives its part for one scheme, by a text in it.
async function dialog(page, text) {
  if (!(await page.locator('.dialog-ux').isVisible())) await page.locator('.auth-wrapper > .authorize').click()
  return page.locator('.dialog-ux .auth-container').filter({ hasText: text }).first()
}

async function close(page) {
  await page.locator('.dialog-ux .close-modal').click()
}

async function readAndLogIn(browser) {
  const expected = (r) => r.status() === 401
  const { page, context, problems } = await watch(browser, desktop, expected)
  const check = (ok, text) => ok || problems.push(text)
  await open(page)
  await shot(page, 'desktop')
  check((await page.locator('.opblock').count()) >= 2, 'the operations are not listed')
  check((await page.locator('h1, h2.title').first().textContent()).trim() !== '', 'the document has no title')

  let r = await execute(page)
  check(r.status === 401 && !r.authorization, `without a login: ${r.status}, ${r.authorization}`)
  await shot(page, 'refused')

  let part = await dialog(page, 'OAuth2')
  await part.locator('#oauth_username').fill(want.username)
  await part.locator('#oauth_password').fill('wrong')
  await part.locator('.btn.authorize').click()
  await part.locator('.errors').first().waitFor()
  await shot(page, 'wrong-password')
  await part.locator('#oauth_password').fill(want.password)
  await part.locator('.btn.authorize').click()
  await part.locator('.btn.modal-btn.auth:has-text("Logout")').waitFor()
  await shot(page, 'logged-in')
  await close(page)
  r = await execute(page)
  check(r.status === 200, `after a login: ${r.status}`)
  check(/^Bearer \S+$/.test(r.authorization || ''), `after a login the header is ${r.authorization}`)
  await shot(page, 'answered')
  const token = (r.authorization || '').replace('Bearer ', '')

  part = await dialog(page, 'OAuth2')
  await part.locator('.btn.modal-btn.auth:has-text("Logout")').click()
  part = await dialog(page, '(http, Bearer)')
  await part.locator('input').fill(token)
  await part.locator('.btn.authorize').click()
  await part.locator('.btn.modal-btn.auth:has-text("Logout")').waitFor()
  await close(page)
  r = await execute(page)
  check(r.status === 200 && r.authorization === `Bearer ${token}`, `with a bearer token: ${r.status}, ${r.authorization}`)

  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
  check(!kept.includes(token) && !kept.includes(want.password), `secrets are kept: ${kept}`)
  await page.reload()
  await page.locator('.opblock').first().waitFor()
  r = await execute(page)
  check(r.status === 401, `the login outlives the page: ${r.status}`)
  await context.close()
  return problems
}

async function fitsAPhone(browser) {
  const { page, context, problems } = await watch(browser, phone, (r) => r.status() === 401)
  await open(page)
  await shot(page, 'phone')
  await execute(page)
  await shot(page, 'phone-answer')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (wide > 0) problems.push(`the page is ${wide} pixels too wide`)
  await context.close()
  return problems
}

async function followsDarkColours(browser) {
  const { page, context, problems } = await watch(browser, { ...desktop, colorScheme: 'dark' })
  await open(page)
  await shot(page, 'dark')
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number).some((c) => c > 128))
  if (light) problems.push('the page is light')
  await context.close()
  return problems
}

async function linksToAnOperation(browser) {
  const { page, context, problems } = await watch(browser, desktop)
  await page.goto(want.url)
  await page.locator(`[id$="-${want.operation}"] .opblock-summary-control`).click()
  const link = page.url()
  if (!link.endsWith(want.operation)) problems.push(`the operation's address is ${link}`)
  const again = await context.newPage()
  await again.goto(link)
  await again.locator(`[id$="-${want.operation}"].is-open`).waitFor()
  await context.close()
  return problems
}

await main([readAndLogIn, fitsAPhone, followsDarkColours, linksToAnOperation])
