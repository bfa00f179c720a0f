namespace Vtok.Streams.Tests;

/// <summary>Puts the right check behind wrong bytes, so that a test reaches what lies behind the check.</summary>
internal static class Forge
{
    public static byte[] WithCheck(ReadOnlySpan<byte> body)
    {
        var check = new FileCheck(isLong: body.Length > 4 && (body[4] & 1) != 0);
        check.Add(body);
        byte[] bytes = new byte[body.Length + check.Length];
        body.CopyTo(bytes);
        check.Write(bytes.AsSpan(body.Length));
        return bytes;
    }

    /// <summary>A file with another header and the same check rule: hex digits, then a payload.</summary>
    public static byte[] File(string headerHex, TokenizerInfo info, params ReadOnlySpan<byte> payload)
    {
        string hex = headerHex.Replace("KEY", Convert.ToHexString(info.ComputeKey().AsSpan(0, 4)), StringComparison.Ordinal);
        return WithCheck([.. Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), .. payload]);
    }

    public static TokenFileError ErrorOf(byte[] bytes, TokenizerInfo info)
    {
        VtokReader.TryRead(bytes, info, out _, out TokenFileError error);
        return error;
    }
}
