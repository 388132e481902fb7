// The frame around one element of Elsa Studio. The element takes its token when it is made and never again, so the session is looked
// at first, and every minute after; who is about to lose it is asked in time, on top of everything.
const stage = document.getElementById('studio');
const dialog = document.getElementById('session');
const { element, attribute, value } = stage.dataset;
const minute = 60_000;
const warnWithin = 5 * 60;

const goTo = kind => id => { location.assign(`/designer/${kind}/${encodeURIComponent(id)}`); };

// The Studio says nothing when a save by itself is refused because somebody else has saved meanwhile, so this page does.
const plainFetch = window.fetch;
window.fetch = async (...request) => {
  const answer = await plainFetch(...request);
  if (answer.status === 409 && new URL(answer.url).pathname === '/elsa/api/workflow-definitions') {
    const said = await answer.clone().json();
    document.getElementById('conflict-text').textContent = said.errors.generalErrors.join(' ');
    const conflict = document.getElementById('conflict');
    if (!conflict.open) conflict.showModal();
  }
  return answer;
};

async function look() {
  const answer = await fetch('/designer/session', { cache: 'no-store' });
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new Error(`The session cannot be looked at: ${answer.status}`);
  return await answer.json();
}

function ask(state) {
  dialog.dataset.state = state;
  document.getElementById('session-title').textContent = state === 'ended' ? 'You are signed out' : 'You will be signed out soon';
  document.getElementById('session-text').textContent = state === 'ended'
    ? 'What you drew is saved up to the last change that the designer confirmed. Sign in to go on here.'
    : 'Nobody has used this session for a while. Stay signed in to go on drawing.';
  document.getElementById('session-stay').hidden = state === 'ended';
  document.getElementById('session-sign-in').hidden = state !== 'ended';
  if (!dialog.open) dialog.showModal();
}

async function watch() {
  let session;
  try {
    session = await look();
  } catch {
    return; // the host or the network is away; nothing is known of the session
  }
  if (session === null) ask('ended');
  else if (session.secondsLeft < warnWithin) ask('ending');
  else if (dialog.open) dialog.close();
}

async function show(session) {
  const loading = document.getElementById('studio-loading');
  await customElements.whenDefined(element);
  const studio = document.createElement(element);
  if (attribute) studio.setAttribute(attribute, value);
  studio.setAttribute('remote-endpoint', `${location.origin}/elsa/api`);
  studio.setAttribute('access-token', session.token);
  studio.editWorkflowDefinition = goTo('definitions');
  studio.viewWorkflowInstance = goTo('instances');
  new MutationObserver((_, observer) => {
    if (studio.childElementCount === 0) return;
    observer.disconnect();
    loading.remove();
  }).observe(studio, { childList: true });
  stage.append(studio);
}

document.getElementById('session-stay').addEventListener('click', async () => {
  await fetch('/designer/session', { method: 'POST' });
  await watch();
});
dialog.addEventListener('cancel', event => { if (dialog.dataset.state === 'ended') event.preventDefault(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) watch(); });
setInterval(watch, minute);

const session = await look();
if (session === null) ask('ended');
else await show(session);
