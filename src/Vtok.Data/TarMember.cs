namespace Vtok.Data;

/// <summary>A regular file inside a tar archive.</summary>
/// <param name="Name">Name as stored, never used as a path.</param>
/// <param name="Offset">First byte of its data in the archive.</param>
/// <param name="Length">Bytes of data, all of which lie inside the archive.</param>
internal readonly record struct TarMember(string Name, long Offset, long Length);
