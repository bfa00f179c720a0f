namespace Vtok.Data;

/// <summary>A row group of a Parquet file.</summary>
/// <param name="FirstRow">Its first row in the file.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="PictureBytes">Bytes of its pictures and features, as the footer says.</param>
internal sealed record ParquetGroup(int FirstRow, int Rows, long PictureBytes);
