namespace Vtok.Imaging.Tests;

/// <summary>Where test data lies: golden cases in the repository, and the optional shared folder beside it.</summary>
internal static class TestFolders
{
    public static string Repository { get; } = FindRepository();

    public static string Golden(string family) => Path.Combine(Repository, "tests", "golden", family);

    /// <summary>A path of the shared folder; the calling test is reported as skipped where that folder is absent.</summary>
    public static string Shared(params string[] parts)
    {
        string path = Path.Combine([Repository, "..", "shared", .. parts]);
        if (!Path.Exists(path))
            Assert.Inconclusive($"../shared/{string.Join('/', parts)} is not here");
        return path;
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Tokenizers.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("Tokenizers.sln is in no folder above the tests");
    }
}
