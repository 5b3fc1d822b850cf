
// Fetches this page again each second and shows its new content. A hidden page rests.
const TIMES = 5000;
let last = Date.now();
if (window.top !== window) document.body.classList.add('framed');
async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, {headers: {Accept: 'text/html'}, cache: 'no-store', signal: AbortSignal.timeout(TIMES)});
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const content = page.querySelector('main');
      if (!content) throw new Error('another page');
      document.querySelector('main').replaceWith(content);
      last = Date.now();
    } catch (e) {
      // Shown below: this process has stopped, or can't be reached.
    }
    document.body.classList.toggle('silent', Date.now() - last > 3000);
  }
  setTimeout(refresh, 1000);
}
setTimeout(refresh, 1000);
