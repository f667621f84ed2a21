// Static files, so that any server will do; `next start` works as well without this line.

export default { output: "export" };
