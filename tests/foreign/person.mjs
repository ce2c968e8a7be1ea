// A person in a real Chromium, who logs in and allows or denies what a program asks for:
//
//     node person.mjs --url AUTHORIZE_URL --shots DIR [--kind emulator|foreign] [--decision allow|deny]
//                     [--user U] [--password P]
//
// Prints, as one line of JSON, the page of the program that the browser landed on, and leaves a picture of each page
// in DIR. Exits with 1, and says what it saw last, if that takes more than a minute. CHROMIUM names another browser.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

// Whom the server lets in, the field for the name, and what to press on the consent page.
const KINDS = {
  emulator: {
    login: { user: 'phrase-emulator-plain', password: 'phrase-emulator-password-plain' },
    name: 'userName',
    decision: { allow: 'button[value=allow]', deny: 'button[value=deny]' },
  },
  // The pages of oidc-provider's devInteractions, which let in anybody.
  foreign: {
    login: { user: 'foreign-user', password: 'foreign-password' },
    name: 'login',
    decision: { allow: 'button:text-is("Continue")', deny: 'a:text-is("[ Cancel ]")' },
  },
};

const LIMIT = 60_000;

const ARGS = [
  '--no-sandbox', // It is often root who runs this, in a container, where the sandbox does not start.
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but loopback: oidc-provider's pages ask for a font from elsewhere.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

const names = ['url', 'shots', 'kind', 'decision', 'user', 'password'];
const options = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
const asked = { kind: 'emulator', decision: 'allow', ...parseArgs({ options }).values };
const kind = KINDS[asked.kind];
const decision = kind?.decision[asked.decision];
if (!asked.url || !asked.shots || !decision) {
  console.error('needs --url and --shots; --kind is emulator or foreign, --decision is allow or deny');
  process.exit(2);
}

// What a failure names: the step that did not come to its end.
let step = 'start the browser';
let browser;
let page;

// All that a browser writes, its crash reports too, which would go to the home whatever the profile.
const home = mkdtempSync(join(tmpdir(), 'person-'));
for (const name of ['HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME']) process.env[name] = home;

const late = new Promise((_, reject) => setTimeout(() => reject(new Error('a minute is over')), LIMIT));
try {
  console.log(JSON.stringify(await Promise.race([play(), late])));
} catch (error) {
  console.error(`could not ${step}: ${error.message.split('\n')[0]}\n${await seen()}`);
  process.exitCode = 1;
}
// A browser that is gone, or hangs, is no failure of its own.
await Promise.race([browser?.close().catch(() => {}), pause(5_000)]);
// Tried again for a second or so: what is left of the browser may still write.
await rm(home, { recursive: true, force: true, maxRetries: 5 }).catch((error) => console.error(error.message));
process.exit();

async function play() {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  mkdirSync(asked.shots, { recursive: true });
  browser = await chromium.launchPersistentContext(join(home, 'profile'), { executablePath, args: ARGS });
  browser.setDefaultTimeout(LIMIT);
  page = await browser.newPage();

  step = 'open the login page';
  await page.goto(asked.url);
  const login = { ...kind.login, ...asked };
  const name = page.locator(`[name=${kind.name}]`);
  await name.waitFor();
  await shot('login');

  step = 'log in';
  await name.fill(login.user);
  await page.locator('[name=password]').fill(login.password);
  await page.locator('form button').click();
  const button = page.locator(decision);
  await button.waitFor();
  await shot('consent');

  step = `${asked.decision} it, and land on the program's page`;
  const [response] = await Promise.all([
    page.waitForResponse((response) => isCallback(response.url())),
    page.waitForURL((url) => isCallback(url.href), { waitUntil: 'load' }),
    button.click(),
  ]);
  await shot('landed');
  return {
    title: await page.title(),
    text: await page.innerText('body'),
    status: response.status(),
    headers: await response.allHeaders(),
  };
}

function isCallback(url) {
  return url.startsWith('http://127.0.0.1:') && new URL(url).pathname === '/callback';
}

function shot(name) {
  return page.screenshot({ path: join(asked.shots, `${name}.png`) });
}

async function seen() {
  const text = page?.innerText('body').catch(() => '');
  const shown = (await Promise.race([text, pause(5_000)])) || 'nothing';
  return page ? `${page.url()} shows: ${shown}` : 'there is no page yet';
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
