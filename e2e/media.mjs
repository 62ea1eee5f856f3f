// Checks that a browser shows what media links give: node media.mjs '{"page": …, "film": …, "picture": …, "other": …}'.
// page shows the film with subtitles and the picture; other is a file that must be saved, not shown.
import { main, watch } from './browser.mjs'

const want = JSON.parse(process.argv[2])
const desktop = { viewport: { width: 800, height: 600 } }
const icon = (r) => r.url().endsWith('/favicon.ico')

async function opensAFilmByItsLink(browser) {
  const { page, context, problems } = await watch(browser, desktop, icon)
  await page.goto(want.film)
  await page.waitForFunction(() => document.querySelector('video')?.readyState >= 2)
  await context.close()
  return problems
}

async function opensAPictureByItsLink(browser) {
  const { page, context, problems } = await watch(browser, desktop, icon)
  await page.goto(want.picture)
  await page.waitForFunction(() => document.querySelector('img')?.naturalWidth > 0)
  await context.close()
  return problems
}

async function showsThemOnAPage(browser) {
  const { page, context, problems } = await watch(browser, desktop, icon)
  await page.goto(want.page)
  await page.waitForFunction(() => document.querySelector('img').naturalWidth > 0 && document.querySelector('video').readyState >= 2)
  const cues = await page.evaluate(async () => {
    const video = document.querySelector('video')
    const sought = new Promise((done) => video.addEventListener('seeked', done, { once: true }))
    video.currentTime = video.duration / 2
    await sought
    return video.textTracks[0].cues.length
  })
  if (cues !== 1) problems.push(`${cues} subtitles were read`)
  await context.close()
  return problems
}

async function savesWhatItMayNotShow(browser) {
  const problems = []
  const context = await browser.newContext(desktop)
  for (const [link, name] of [[want.other, 'Ключ.svg'], [`${want.film}?download=1`, 'Ключ.mp4']]) {
    const page = await context.newPage()
    const [saved] = await Promise.all([page.waitForEvent('download'), page.goto(link).catch(() => {})])
    if (saved.suggestedFilename() !== name || await saved.failure()) problems.push(`saved as ${saved.suggestedFilename()}: ${await saved.failure()}`)
  }
  await context.close()
  return problems
}

await main([opensAFilmByItsLink, opensAPictureByItsLink, showsThemOnAPage, savesWhatItMayNotShow])
