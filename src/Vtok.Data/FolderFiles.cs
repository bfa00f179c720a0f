using System.IO.Enumeration;

namespace Vtok.Data;

/// <summary>The files below a folder. Links to other folders are followed; no folder is entered twice, so that a link that points back
/// neither goes on for ever nor shows a file under many names.</summary>
internal static class FolderFiles
{
    /// <summary>Paths below the folder with forward slashes, hidden files left out.</summary>
    public static IReadOnlyList<string> Below(string folder)
    {
        List<string> files = [], entered = [];
        Queue<(string Folder, string Shown)> trees = new([(Real(folder), "")]);
        while (trees.TryDequeue(out (string Folder, string Shown) tree))
        {
            if (entered.Exists(other => Holds(other, tree.Folder) || Holds(tree.Folder, other)))
                continue;
            entered.Add(tree.Folder);
            List<string> links = [];
            foreach ((string path, bool link) in Entries(tree.Folder))
                (link ? links : files).Add(tree.Shown + Path.GetRelativePath(tree.Folder, path).Replace('\\', '/'));
            foreach (string link in links.Order(StringComparer.Ordinal))
                trees.Enqueue((Real(Path.Combine(folder, link)), link + "/"));
        }
        return files;
    }

    private static FileSystemEnumerable<(string Path, bool Link)> Entries(string folder) =>
        new(folder, (ref FileSystemEntry entry) => (entry.ToFullPath(), entry.IsDirectory), new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        };

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static string Real(string folder) =>
        Path.TrimEndingDirectorySeparator((new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true) ?? new DirectoryInfo(folder)).FullName);

    private static bool Holds(string folder, string other) =>
        other == folder || other.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
