// Where the package's source is, which a registry wants to know before it vouches for where a package came from: what
// the environment says comes in, the field of package.json goes out. The sources hold no address, for each fork has its
// own; a publisher knows theirs, and so do the services that publish for them.

/**
 * The field, or nothing where nobody names an https address. `STANCELIGHT_REPOSITORY` goes before what GitHub and GitLab say.
 *
 * @param {Record<string, string | undefined>} environment
 */
export function repository({ STANCELIGHT_REPOSITORY, GITHUB_SERVER_URL, GITHUB_REPOSITORY, CI_PROJECT_URL }) {
  const named = STANCELIGHT_REPOSITORY || (GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`) || CI_PROJECT_URL;
  if (!named || !URL.canParse(named)) return undefined;
  // No user, no password, nothing behind the path: this is published.
  const { protocol, host, pathname } = new URL(named);
  if (protocol !== "https:") return undefined;
  return { type: "git", url: `git+https://${host}${pathname.replace(/\/?(\.git)?\/?$/, "")}.git`, directory: "web/module" };
}
