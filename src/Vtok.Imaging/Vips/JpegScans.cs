using System.Buffers.Binary;

namespace Vtok.Imaging.Vips;

/// <summary>Counts the scans of a JPEG without decoding it.</summary>
/// <remarks>Each scan of a progressive file passes over the whole picture, so a small file of many scans can cost minutes.</remarks>
internal static class JpegScans
{
    /// <summary>Start-of-scan markers up to the end of the picture.</summary>
    public static int Count(ReadOnlySpan<byte> file)
    {
        int scans = 0;
        int at = 2;
        while (NextMarker(file, ref at) is byte marker and not 0xD9)
        {
            if (marker == 0xDA)
                scans++;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                continue;
            if (at + 2 > file.Length)
                break;
            at += Math.Max((int)BinaryPrimitives.ReadUInt16BigEndian(file[at..]), 2);
        }
        return scans;
    }

    // The marker whose code ends before `at`; stuffed zeros of entropy-coded data are passed over, as a decoder does.
    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length)
        {
            int found = file[at..].IndexOf((byte)0xFF);
            if (found < 0)
                return null;
            at += found + 1;
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at < file.Length && file[at++] is not 0 and byte marker)
                return marker;
        }
        return null;
    }
}
