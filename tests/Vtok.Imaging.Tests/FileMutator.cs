using System.Buffers.Binary;

namespace Vtok.Imaging.Tests;

/// <summary>Damages files in the ways that disks, networks and attackers do.</summary>
internal static class FileMutator
{
    private static readonly uint[] Extremes = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    /// <summary>One to four random changes; the input is not touched.</summary>
    public static byte[] Mutate(byte[] file, Random random)
    {
        byte[] mutant = [.. file];
        for (int changes = random.Next(1, 5); changes > 0 && mutant.Length > 8; changes--)
            mutant = Change(mutant, random);
        return mutant;
    }

    private static byte[] Change(byte[] file, Random random)
    {
        int at = random.Next(file.Length - 4);
        int length = random.Next(1, Math.Min(16, file.Length - at) + 1);
        switch (random.Next(7))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2:
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                return file;
            case 3:
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                return file;
            case 4:
                return [.. file[..at], .. file[(at + length)..]];
            case 5:
                return [.. file[..(at + length)], .. file[at..]];
            default:
                return file[..(at + 1)];
        }
    }
}
