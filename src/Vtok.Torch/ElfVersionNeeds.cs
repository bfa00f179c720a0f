using System.Buffers.Binary;
using System.Text;

namespace Vtok.Torch;

/// <summary>Version requirements of an ELF64 little-endian library (section .gnu.version_r of the ELF specification).</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const byte Weak = 2;

    /// <summary>Marks every requirement called <paramref name="version"/> as weak, so that a system without it loads the library all the same.</summary>
    /// <returns>How many entries matched; 0 for bytes that are no ELF64 file.</returns>
    public static int MarkWeak(Span<byte> file, string version)
    {
        if (file.Length < 64 || !file.StartsWith("\u007fELF"u8) || file[4] != 2 || file[5] != 1)
            return 0;
        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(file[0x28..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3A..]), count = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3C..]);
        int marked = 0;
        for (int i = 0; i < count; i++)
        {
            Span<byte> section = file[(table + i * size)..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != VersionNeedSection)
                continue;
            Span<byte> strings = file[(table + BinaryPrimitives.ReadInt32LittleEndian(section[40..]) * size)..];
            int names = (int)BinaryPrimitives.ReadInt64LittleEndian(strings[24..]);
            marked += MarkSection(file, (int)BinaryPrimitives.ReadInt64LittleEndian(section[24..]), names, version);
        }
        return marked;
    }

    private static int MarkSection(Span<byte> file, int need, int names, string version)
    {
        int marked = 0;
        while (true)
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(file[(need + 2)..]);
            int entry = need + BinaryPrimitives.ReadInt32LittleEndian(file[(need + 8)..]);
            for (int k = 0; k < count; k++)
            {
                Span<byte> name = file[(names + BinaryPrimitives.ReadInt32LittleEndian(file[(entry + 8)..]))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                {
                    file[entry + 4] |= Weak;
                    marked++;
                }
                entry += BinaryPrimitives.ReadInt32LittleEndian(file[(entry + 12)..]);
            }
            int next = BinaryPrimitives.ReadInt32LittleEndian(file[(need + 12)..]);
            if (next == 0)
                return marked;
            need += next;
        }
    }
}
