using System.Formats.Tar;
using System.IO.Compression;

namespace Vtok.Data.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("vtok-data-").FullName;

    public string File(string name, byte[] content)
    {
        string path = Path.Combine(FullPath, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public string Tar(string name, TarEntryFormat format, params (string Name, byte[] Content)[] members)
    {
        string path = Path.Combine(FullPath, name);
        using TarWriter writer = new(System.IO.File.Create(path), format);
        foreach ((string member, byte[] content) in members)
        {
            TarEntry entry = format switch
            {
                TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, member),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, member),
                _ => new UstarTarEntry(TarEntryType.RegularFile, member),
            };
            entry.DataStream = new MemoryStream(content);
            writer.WriteEntry(entry);
        }
        return path;
    }

    public string Zip(string name, params (string Name, byte[] Content)[] members)
    {
        string path = Path.Combine(FullPath, name);
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string member, byte[] content) in members)
        {
            using Stream stream = archive.CreateEntry(member, CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }
        return path;
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
