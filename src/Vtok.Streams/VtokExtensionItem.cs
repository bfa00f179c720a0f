namespace Vtok.Streams;

/// <summary>An extension item that this version does not know; kept as it is. Its tag is even (unknown odd ones are refused).</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Value">Its bytes.</param>
public readonly record struct VtokExtensionItem(uint Tag, ReadOnlyMemory<byte> Value);
